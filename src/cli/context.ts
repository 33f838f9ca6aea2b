import type { Readable, Writable } from 'node:stream';
import type { Language } from '../contract/primitives.ts';
import type { TextKey, TextValues, Translate } from '../core/shell/texts.ts';
import type { CliTexts } from './texts.ts';

export type CliKey = TextKey<CliTexts>;

/** What a process is given from outside. Everything below the entry point gets it by name. */
export interface Outside {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Opened when somebody asks for it, which few commands do. */
  readonly stdin: () => Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly folder: string;
  /** Aborts at Ctrl+C, when the terminal closes, and when the process is asked to end. Who does not listen is left behind (run.ts). */
  readonly signal: AbortSignal;
  /** From now until the answer is called, signals go to `listener` and end nothing here. */
  readonly takeSignals: (listener: (signal: NodeJS.Signals) => void) => () => void;
  /** Root keys of the portal that a build from source is started with (contract/root-keys). */
  readonly developmentRoot: string | undefined;
  /** Files of the programs that are processes of their own. */
  readonly programs: {
    readonly host: string;
    readonly portal: string;
    /** Loaded before each of them. */
    readonly endWithParent: string;
  };
}

/** Options that every command has. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly profile?: string;
  readonly language?: string;
  readonly set?: readonly string[];
}

export interface Context extends Outside {
  readonly options: GlobalOptions;
  readonly language: Language;
  readonly t: Translate<CliTexts>;
  readonly version: string;
}

/** What a command ends with: the same facts for a script and for a person. */
export interface Result {
  /** 0 when absent; `acquire` passes the exit code of its command on. */
  readonly code?: number;
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** True when everything was written already. */
  readonly written?: boolean;
}

/** The command was not given what it needs. */
export class UsageError extends Error {
  readonly key: CliKey;
  readonly values: TextValues;
  /** Lines under the sentence, such as what can be chosen. */
  readonly details: readonly string[];

  constructor(key: CliKey, values: TextValues = {}, details: readonly string[] = []) {
    super(key);
    this.name = 'UsageError';
    this.key = key;
    this.values = values;
    this.details = details;
  }
}
