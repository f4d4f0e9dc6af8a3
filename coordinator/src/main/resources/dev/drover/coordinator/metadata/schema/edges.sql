-- Which object must be there before another: both as class and OID in drover_object. What belongs to
-- an object (a row type, an array type, a rule of a view, an index of a constraint) counts as that.

WITH part AS (
  SELECT classid, objid, classid AS wholeclass, objid AS wholeid FROM drover_object
  UNION ALL SELECT 'pg_type'::regclass, t.oid, o.classid, o.objid
    FROM pg_type t JOIN drover_object o ON o.classid = 'pg_class'::regclass AND o.objid = t.typrelid
  UNION ALL SELECT 'pg_type'::regclass, a.oid, o.classid, o.objid
    FROM pg_type t JOIN pg_type a ON a.oid = t.typarray
      JOIN drover_object o ON (o.classid, o.objid) IN (
        ('pg_type'::regclass, t.oid), ('pg_class'::regclass, t.typrelid))
  UNION ALL SELECT 'pg_class'::regclass, t.typrelid, o.classid, o.objid
    FROM pg_type t JOIN drover_object o ON o.classid = 'pg_type'::regclass AND o.objid = t.oid
    WHERE t.typrelid <> 0
  UNION ALL SELECT 'pg_type'::regclass, m.oid, o.classid, o.objid
    FROM pg_range r JOIN drover_object o ON o.classid = 'pg_type'::regclass AND o.objid = r.rngtypid
      JOIN pg_type m ON m.oid = r.rngmultitypid OR m.typelem = r.rngmultitypid
  UNION ALL SELECT 'pg_proc'::regclass, d.objid, o.classid, o.objid
    FROM pg_depend d JOIN drover_object o ON (o.classid, o.objid) = (d.refclassid, d.refobjid)
    WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'i'
  UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, o.classid, o.objid
    FROM pg_rewrite r JOIN drover_object o
      ON o.classid = 'pg_class'::regclass AND o.objid = r.ev_class
    WHERE r.rulename = '_RETURN'
  UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, o.classid, o.objid
    FROM pg_attrdef d
      JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''
      JOIN drover_object o ON o.classid = 'pg_class'::regclass AND o.objid = d.adrelid
  UNION ALL SELECT 'pg_class'::regclass, k.conindid, o.classid, o.objid
    FROM pg_constraint k JOIN drover_object o
      ON o.classid = 'pg_constraint'::regclass AND o.objid = k.oid
    WHERE k.contype IN ('p', 'u', 'x')
  UNION ALL SELECT d.classid, d.objid, o.classid, o.objid
    FROM pg_depend d JOIN drover_object o ON o.classid = 'pg_opclass'::regclass
      AND (o.classid, o.objid) = (d.refclassid, d.refobjid)
    WHERE d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass)
)
SELECT DISTINCT a.wholeclass::oid, a.wholeid, b.wholeclass::oid, b.wholeid
FROM pg_depend d
  JOIN part a ON (a.classid, a.objid) = (d.classid, d.objid)
  JOIN part b ON (b.classid, b.objid) = (d.refclassid, d.refobjid)
WHERE (a.wholeclass, a.wholeid) <> (b.wholeclass, b.wholeid)
