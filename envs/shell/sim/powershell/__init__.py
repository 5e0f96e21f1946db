"""PowerShell: a subset with a parser of its own, and the cmdlets for files and lines."""
