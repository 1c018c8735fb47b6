//! From exchanges to the story: cleaned exchanges, pages, attempts, clocks and cookies.
