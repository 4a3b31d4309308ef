import matrixJson from '../matrix.json' with { type: 'json' };
import type { Action, Obligation, Relation } from './actions.ts';
import type { Role } from './subject.ts';

/** One route of the public interface that performs an action. */
export interface MatrixRoute {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** Set when the same path performs another action with this query. */
  readonly query?: string;
}

/** What an action works on, what it owes, and by which routes it is reached. */
export interface ActionRow {
  readonly action: Action;
  readonly on: 'submission' | 'correspondent' | 'message' | 'nothing';
  /** For a list: the action that each of its items must satisfy. */
  readonly items?: Action;
  /** Whether its answer may hold content; such actions are closed to blind roles. */
  readonly content: boolean;
  /** Set when it commits the person who does it: closed to systems, whatever their grants. */
  readonly personsOnly?: true;
  readonly obligations: readonly Obligation[];
  readonly routes: readonly MatrixRoute[];
}

/** Which markings a cell admits. Null admits all; an absent TLP is admitted wherever AMBER is. */
export interface MarkingRow {
  readonly marking: 'any' | 'shareable';
  readonly fr: string;
  readonly en: string;
  readonly tlps: readonly string[] | null;
  readonly handling: readonly string[] | null;
  readonly thirdPartyRule: boolean;
}

/** Roles that may perform an action through these relations, on messages so marked. Absent means denied. */
export interface Cell {
  readonly action: Action;
  readonly roles: readonly Role[];
  readonly relations: readonly Relation[];
  readonly marking: MarkingRow['marking'];
}

/** The one table from which decisions, documentation and tests derive. */
export interface Matrix {
  readonly version: number;
  readonly markings: readonly MarkingRow[];
  readonly actions: readonly ActionRow[];
  readonly cells: readonly Cell[];
}

/** The table of this release; a test proves that the file has exactly this shape. */
export const matrix = matrixJson as Matrix;

/** Recorded with every decision, so that it can be judged by the policy of its time. */
export const policyVersion = String(matrix.version);

const rows = new Map(matrix.actions.map((row) => [row.action, row]));
const markingRows = new Map(matrix.markings.map((row) => [row.marking, row]));
const cellsByAction = Map.groupBy(matrix.cells, (cell) => cell.action);

/** The row of an action; undefined for an action that this release does not know. */
export function actionRow(action: Action): ActionRow | undefined {
  return rows.get(action);
}

/** The cells that grant an action to a role. */
export function cellsOf(role: Role, action: Action): readonly Cell[] {
  return (cellsByAction.get(action) ?? []).filter((cell) => cell.roles.includes(role));
}

/** What a marking admits; an unknown one admits nothing. */
export function markingRow(marking: Cell['marking']): MarkingRow {
  return (
    markingRows.get(marking) ?? { marking, fr: '', en: '', tlps: [], handling: [], thirdPartyRule: false }
  );
}
