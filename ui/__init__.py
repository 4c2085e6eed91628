"""What the pages share: language, messages, the chosen table, option forms and the map."""
