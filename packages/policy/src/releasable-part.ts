import { isCovered } from './covers-path.ts';
import { isListField, messageFields } from './message-shape.ts';
import { alwaysWithheldFromRecipients } from './rules/withholding.ts';
import { keptBesideTearline } from './tearline.ts';

/**
 * Whether the originator can be asked to release this part of a message: a path of field names that its schema has
 * (`lead.entities`), which is withheld without a release and given with one. What lies inside a list has no path of
 * its own that a release could keep; what tells one message from another is never withheld, and what tells who is
 * behind it is never given.
 */
export function isReleasablePart(path: string): boolean {
  return (
    exists(path) && !isCovered(path, keptBesideTearline) && !isCovered(path, alwaysWithheldFromRecipients)
  );
}

function exists(path: string): boolean {
  let fields = messageFields;
  const names = path.split('.');
  return names.every((name, depth) => {
    const field = fields.get(name);
    if (field === undefined) return false;
    fields = field.fields();
    return depth === names.length - 1 || !isListField(field);
  });
}
