import { createHash } from 'node:crypto';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../domain/license-key.ts';

/** Of everybody of the demonstration who came in already. Anybody knows it: it opens nothing but a demonstration. */
const password = 'siete faroles de cobre';

/** Can sign in at once. What `npm start` prints, with the keys. */
export const demonstrationAdministrator = { email: 'mariana.restrepo@condor.example', password } as const;

/** An administrator who has no password yet: an emailed link sets it (A4). */
export const invitedAdministrator = 'joaquin.paredes@condor.example';

/** What the demonstration's texts and tests speak of. */
export const demonstration = {
  company: 'Estructuras Cóndor',
  otherCompany: 'Puentes del Sur',
  domain: 'condor.example',
  otherDomain: 'puentes.example',
  password,
  licenseManager: 'oscar.ibarra@condor.example',
  /** Has a named seat of Pórtico. */
  engineer: 'andres.munoz@condor.example',
  /** Chooses between both companies at each sign-in (C10). */
  engineerOfTwoCompanies: 'camila.duarte@condor.example',
} as const;

/** Keys that anybody knows, so they open nothing but a demonstration. */
export const demonstrationKeys = {
  /** Viga and Zapata, from the floating seats. */
  cloud: formatLicenseKey(demonstrationKeyBytes('cloud')),
  /** Viga on three devices, for a year each. */
  standalone: formatLicenseKey(demonstrationKeyBytes('standalone')),
} as const;

export function demonstrationKeyBytes(name: string): Uint8Array {
  const bytes = createHash('sha256').update(`aldaba demonstration ${name} key`).digest();
  return bytes.subarray(0, licenseKeyRandomBytes);
}
