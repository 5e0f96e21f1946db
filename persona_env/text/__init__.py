"""Text as characters, words and phrases, in any of the languages; nothing here knows a reward."""
