"""Being at home: the folder where everything of the family lies, and how browsers find the proxy."""
