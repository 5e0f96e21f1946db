"""Text as characters, words and phrases, in three languages; nothing here knows a reward."""
