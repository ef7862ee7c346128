"""The document, its edits and the session: no widgets."""
