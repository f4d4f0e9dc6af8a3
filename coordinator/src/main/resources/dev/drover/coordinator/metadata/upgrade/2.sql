-- From format 1, by the superuser "drover", before the other files: functions whose columns have
-- changed cannot be replaced, and nothing depends on these.
DO $$
DECLARE
  outdated regprocedure;
BEGIN
  FOR outdated IN
    SELECT p.oid FROM pg_proc p
    WHERE p.pronamespace = 'drover'::regnamespace AND p.proname LIKE 'snapshot\_%'
  LOOP
    EXECUTE format('DROP FUNCTION %s', outdated);
  END LOOP;
END $$;
