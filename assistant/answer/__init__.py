"""Evidence → an answer: written, quoted, tabulated, cited and checked."""
