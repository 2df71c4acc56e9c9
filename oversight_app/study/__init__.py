"""The pure core: values and rules. Time and dice come in as arguments; nothing here touches the outside world."""
