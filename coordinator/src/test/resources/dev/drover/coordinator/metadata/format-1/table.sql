-- What CREATE TABLE t (a int, b text) DISTRIBUTE BY HASH (a) did on the catalog node.
CREATE TABLE public.t (a int, b text);
SELECT drover.guard('public.t'::regclass);
SELECT nextval('drover.distribution_id');
SELECT drover.colocation_group('{1,2}', 32, array_agg(1 + s % 2)) FROM generate_series(0, 31) s;
INSERT INTO drover.distributions (distribution_id, relid, kind, key_attributes, colocation_group,
    nodes, primary_node, leaf_name, provisional)
  SELECT 1, 'public.t'::regclass, 'H', '{1}', id, '{1,2}', NULL, 't$1', false
  FROM drover.colocation_groups;
