/** Where a built folder says which libraries its bundle holds, from the root of that folder; the dot keeps it out of the installers. */
export const bundledLicenses = '.vite/license.json';

/** A library in a bundle, as Vite writes it down. */
export interface BundledLicense {
  readonly name: string;
  readonly version: string;
  /** SPDX, as the library's package.json states it. */
  readonly identifier?: string;
  /** Its license file. Missing when the package brings none. */
  readonly text?: string;
}
