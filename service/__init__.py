"""What people use: similar passages, clusters, the cluster report, the API, the page and the command line."""
