"""Amazon Rekognition's wire protocol."""
