"""What is watched while it runs: live outcomes, evidence that counts, audits from outside."""
