variable "name" {
  type = string
}

resource "terraform_data" "disk" {
  input            = { name = var.name, sizes = [8, 1e3] }
  triggers_replace = sensitive("S3CR3T-whole")
}
