import { relations } from '../actions.ts';
import { type ActionRow, matrix } from '../matrix.ts';
import { stepCodes, stepText } from '../steps.ts';
import { roles } from '../subject.ts';
import { code, table } from './markdown.ts';
import { renderVariantTables } from './render-variant-tables.ts';

/** The documentation of the policy, made from the table alone so that it cannot drift. */
export function renderPolicyDocs(): string {
  return `${[
    '<!-- Generated from packages/policy/matrix.json by packages/policy/src/tooling/write-policy-docs.ts. -->',
    '# Who may do what',
    'One table decides; what it does not grant is denied. The order of the rules is: excluded, third-party rule, classification, handling and TLP, grant, relation. A symbol that this release does not know counts as the most restrictive of its kind. Content that may not be read is answered like content that does not exist: 404.',
    '## Actions and routes',
    table(
      ['Action', 'Asked on', 'By', 'Content', 'Owes', 'Routes'],
      matrix.actions.map((row) => [
        code(row.action),
        row.on,
        row.personsOnly === true ? 'persons' : 'all',
        row.content ? 'yes' : 'no',
        row.obligations.join(', ') || '—',
        routesOf(row),
      ]),
    ),
    '## Roles',
    `Read through these relations: ${relations.map(code).join(', ')}. A dot grants an action that reads no single message.`,
    table(
      ['Action', ...roles],
      matrix.actions.map((row) => [code(row.action), ...roles.map((role) => grantOf(row, role))]),
    ),
    '## Markings',
    table(
      ['Marking', 'English', 'Français'],
      matrix.markings.map((row) => [code(row.marking), row.en, row.fr]),
    ),
    'A relation marked with * is open to `shareable` markings only.',
    renderVariantTables(),
    '## Codes of explanations',
    table(
      ['Code', 'English', 'Français', 'Source of the rule'],
      stepCodes.map((each) => [code(each), stepText(each).en, stepText(each).fr, stepText(each).source.en]),
    ),
  ].join('\n\n')}\n`;
}

function routesOf(row: ActionRow): string {
  return (
    row.routes
      .map((route) =>
        code(`${route.method} ${route.path}${route.query === undefined ? '' : `?${route.query}`}`),
      )
      .join('<br>') || '—'
  );
}

function grantOf(row: ActionRow, role: (typeof roles)[number]): string {
  const cells = matrix.cells.filter((cell) => cell.action === row.action && cell.roles.includes(role));
  if (cells.length === 0) return '';
  const marked = cells.flatMap((cell) =>
    cell.relations.map((relation) => (cell.marking === 'any' ? relation : `${relation}\\*`)),
  );
  return marked.join('<br>') || '·';
}
