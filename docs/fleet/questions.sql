-- Which root causes are there, and how often?
SELECT unnest(root_checks) AS root, count(*) AS captures
FROM read_json('records/*', format = 'newline_delimited')
GROUP BY root ORDER BY captures DESC, root;

-- Which captures could not be judged, and why?
SELECT capture, error FROM read_json('records/*', format = 'newline_delimited') WHERE error IS NOT NULL ORDER BY capture;

-- How many are broken?
SELECT verdict, count(*) AS captures FROM read_json('records/*', format = 'newline_delimited') GROUP BY verdict ORDER BY verdict;
