import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  payload: AdapterPayload;
  expiresAtMs: number;
}

/** Sessions, codes and assertions seen, for one process; what has expired is swept now and then. */
export function memoryAdapter(): new (model: string) => Adapter {
  const entries = new Map<string, Entry>();
  let lastSweepMs = Date.now();

  const sweep = (): void => {
    const nowMs = Date.now();
    if (nowMs - lastSweepMs < 60_000) return;
    lastSweepMs = nowMs;
    for (const [key, { expiresAtMs }] of entries) if (expiresAtMs <= nowMs) entries.delete(key);
  };
  const find = (matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
    const nowMs = Date.now();
    for (const { payload, expiresAtMs } of entries.values()) {
      if (expiresAtMs > nowMs && matches(payload)) return payload;
    }
    return undefined;
  };

  return class implements Adapter {
    readonly #model: string;

    constructor(model: string) {
      this.#model = model;
    }

    async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
      sweep();
      const expiresAtMs = expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000;
      entries.set(this.#key(id), { payload, expiresAtMs });
    }

    async find(id: string): Promise<AdapterPayload | undefined> {
      const entry = entries.get(this.#key(id));
      return entry !== undefined && entry.expiresAtMs > Date.now() ? entry.payload : undefined;
    }

    async findByUid(uid: string): Promise<AdapterPayload | undefined> {
      return find((payload) => payload.uid === uid);
    }

    async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
      return find((payload) => payload.userCode === userCode);
    }

    async consume(id: string): Promise<void> {
      const entry = entries.get(this.#key(id));
      if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
    }

    async destroy(id: string): Promise<void> {
      entries.delete(this.#key(id));
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key);
    }

    #key(id: string): string {
      return `${this.#model}:${id}`;
    }
  };
}
