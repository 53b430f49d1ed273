"""Who may see what, in what form, signed how, sent where and again when: pure decisions."""
