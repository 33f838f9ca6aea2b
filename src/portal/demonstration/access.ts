/** Of everybody of the demonstration who came in already. Anybody knows it: it opens nothing but a demonstration. */
const password = 'siete faroles de cobre';

/** Can sign in at once; what `npm start` prints. */
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
