"""The starter library: one reward term or gate per file. A new file here is found by itself."""
