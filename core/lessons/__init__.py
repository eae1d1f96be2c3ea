"""Lessons: steps beside the pages, with links, questions, and answers for the teacher."""
