/** This record can never be applied: it becomes a dead letter. `code` names the cause, never a value. */
export class PoisonRecord extends Error {
  override readonly name = 'PoisonRecord';
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(`poison record: ${code}`, options);
    this.code = code;
  }
}

/** This record comes from a newer release: its partition pauses and an alarm is raised. */
export class PauseUntilUpgrade extends Error {
  override readonly name = 'PauseUntilUpgrade';
  readonly code: string;

  constructor(code: string) {
    super(`record of a newer release: ${code}`);
    this.code = code;
  }
}

/** Records were not acknowledged; `transient` says whether trying again may help. */
export class PublicationFailed extends Error {
  override readonly name = 'PublicationFailed';
  readonly reason: string;
  readonly transient: boolean;

  constructor(reason: string, transient: boolean) {
    super(`publication not acknowledged: ${reason}`);
    this.reason = reason;
    this.transient = transient;
  }
}
