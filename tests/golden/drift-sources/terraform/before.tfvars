token   = "S3CR3T-old"
size    = "small"
roles   = { a = "one", "b c" = "two/\"three\"" }
workers = 2
stores  = ["x", "y.z"]
