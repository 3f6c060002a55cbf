# Only the built-in terraform_data: nothing has to be downloaded. What triggers a replacement is the one
# place where it keeps a value sensitive.
variable "token" {
  type      = string
  sensitive = true
}
variable "size" {
  type = string
}
variable "roles" {
  type = map(string)
}
variable "workers" {
  type = number
}
variable "stores" {
  type = set(string)
}

resource "terraform_data" "web" {
  for_each = var.roles
  input    = { name = each.key, size = var.size, role = each.value }
}

resource "terraform_data" "db" {
  input = var.size
  triggers_replace = {
    motd   = var.token
    nested = [{ plain = 1, deep = sensitive("S3CR3T-deep") }]
  }
}

resource "terraform_data" "worker" {
  count = var.workers
  input = ["w${count.index}", 1.50, true, null]
}

module "store" {
  source   = "./module"
  for_each = var.stores
  name     = each.key
}

output "address" {
  value = terraform_data.web["a"].output
}
output "motd" {
  value     = var.token
  sensitive = true
}
