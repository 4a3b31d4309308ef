-- Up Migration

-- Counts what people change about a webhook, so that whoever changes it can say which state they saw. By a trigger:
-- a replica of an older release counts as well.
ALTER TABLE webhook ADD COLUMN version integer NOT NULL DEFAULT 1;

CREATE FUNCTION count_webhook_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  RETURN NEW;
END
$$;
CREATE TRIGGER webhook_changed BEFORE UPDATE OF url, purpose, lanes, kinds, roles, state ON webhook FOR EACH ROW
  WHEN ((OLD.url, OLD.purpose, OLD.lanes, OLD.kinds, OLD.roles, OLD.state)
    IS DISTINCT FROM (NEW.url, NEW.purpose, NEW.lanes, NEW.kinds, NEW.roles, NEW.state))
  EXECUTE FUNCTION count_webhook_change();

-- Down Migration

DROP TRIGGER webhook_changed ON webhook;
DROP FUNCTION count_webhook_change;
ALTER TABLE webhook DROP COLUMN version;
