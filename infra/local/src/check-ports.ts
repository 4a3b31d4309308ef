import { isPortFree } from '@chappe/testing';
import type { Text } from './language.ts';
import { portOwner } from './port-owner.ts';
import { namedPorts, type PortPlan } from './ports.ts';

/** Ports that others use; each is named together with its user. */
export class PortsInUse extends Error {
  override readonly name = 'PortsInUse';
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.text = text;
  }
}

/** Throws PortsInUse when something listens already where the stack is to listen. */
export async function checkPorts(plan: PortPlan, except: ReadonlySet<string>): Promise<void> {
  const taken: Text[] = [];
  for (const [name, port] of namedPorts(plan)) {
    if (except.has(name) || (await isPortFree(port))) continue;
    const owner = await portOwner(port);
    const variable = variableOf(name);
    const whom = owner === undefined ? '' : ` (pid ${owner.pid}: ${owner.command})`;
    taken.push({
      en: `port ${port}, wanted for ${name}, is in use${whom}; free it or set ${variable}`,
      fr: `le port ${port}, prévu pour ${name}, est occupé${whom} ; libérez-le ou définissez ${variable}`,
    });
  }
  if (taken.length === 0) return;
  throw new PortsInUse({ en: taken.map((t) => t.en).join('\n'), fr: taken.map((t) => t.fr).join('\n') });
}

function variableOf(name: string): string {
  if (name === 'proxy') return 'CHAPPE_PORT';
  return `CHAPPE_${(name.split('-')[0] ?? '').toUpperCase()}_PORT`;
}
