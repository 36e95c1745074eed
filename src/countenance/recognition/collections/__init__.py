"""Galleries as Amazon Rekognition's clients know them: collections, their users, their objects."""
