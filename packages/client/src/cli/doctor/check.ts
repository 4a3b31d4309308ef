import type { Text } from '../language.ts';

/** What one check found. A fault says how to mend it. */
export type Finding =
  | { readonly state: 'good'; readonly detail: string }
  | { readonly state: 'skipped'; readonly detail: Text }
  | { readonly state: 'bad'; readonly detail: string; readonly mend: Text };

/** One thing that `doctor` looks at. */
export interface Check {
  readonly name: string;
  readonly title: Text;
  run(): Promise<Finding>;
}
