"""Model services. One verb: `reply(request)` yields pieces of text and ends with one `Reply`."""
