"""The people who sign in to the console: what each may do, how they prove who they are."""
