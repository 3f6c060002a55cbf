token   = "S3CR3T-new"
size    = "large"
roles   = { a = "one", d = "four" }
workers = 3
stores  = ["x"]
