/** One text in both languages of those who read it. */
export interface InBothLanguages {
  readonly fr: string;
  readonly en: string;
}

/** What speaks against an installation, and where. */
export interface InstallationFinding {
  readonly code: string;
  /** The file, or the option of the command; empty when it is the whole. */
  readonly file: string;
  /** RFC 6901 pointer into the file. */
  readonly pointer: string;
  readonly detail: InBothLanguages;
}
