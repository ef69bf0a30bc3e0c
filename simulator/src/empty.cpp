namespace tenure {}
