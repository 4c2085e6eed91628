"""Small trainings that show what a recurrent network can and cannot do: a process of their own, followed by its folder."""
