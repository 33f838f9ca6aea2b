/** What only the shell can do. */
export interface Opener {
  /** Brings the client's window up. `sign-in`: a program waits for the person. false: there is no way to show one. */
  showWindow(reason: 'sign-in' | 'open' | 'notice'): Promise<boolean>;
  /** Opens a verified file with the operating system. Throws `open-failed`. */
  openFile(path: string): Promise<void>;
  showInFolder(path: string): Promise<void>;
  /** An https address from a list that the core allows. */
  openExternal(url: string): Promise<void>;
}
