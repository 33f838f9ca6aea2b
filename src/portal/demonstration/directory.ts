import type { Language } from '../../contract/primitives.ts';
import type { AccountRole } from '../services/people/create-account.ts';

/** How somebody of the demonstration stands: came in, waits, let the invitation pass, was suspended, or has no access. */
export type Standing = 'active' | 'invited' | 'expired' | 'suspended' | 'no-access';

export interface DemonstrationPerson {
  /** Before the `@`. */
  readonly name: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly jobTitle: string;
  readonly role: AccountRole;
  readonly standing: Standing;
  readonly language: Language;
  readonly owner?: true;
  readonly shared?: true;
  /** A named seat of Pórtico. */
  readonly seat?: true;
}

type Row = readonly [
  name: string,
  firstName: string,
  lastName: string,
  jobTitle: string,
  role: AccountRole,
  standing: Standing,
  more?: { language?: Language; owner?: true; shared?: true; seat?: true },
];

function people(rows: readonly Row[]): DemonstrationPerson[] {
  return rows.map(([name, firstName, lastName, jobTitle, role, standing, more = {}]): DemonstrationPerson => {
    return { name, firstName, lastName, jobTitle, role, standing, language: 'es', ...more };
  });
}

const engineer = 'license-installer';
const pt: { language: Language } = { language: 'pt' };
const seat = { seat: true } as const;

/** Invented; no address of theirs exists (RFC 2606, `.example`). */
export const condorPeople = people([
  [
    'mariana.restrepo',
    'Mariana',
    'Restrepo Gil',
    'Gerente general',
    'administrator',
    'active',
    { owner: true },
  ],
  ['joaquin.paredes', 'Joaquín', 'Paredes Núñez', 'Director de tecnología', 'administrator', 'invited'],
  ['elena.quiroga', 'Elena', 'Quiroga Salas', 'Jefa de sistemas', 'administrator', 'active'],
  [
    'oscar.ibarra',
    'Óscar',
    'Ibarra Cuéllar',
    'Administrador de licencias',
    'license-manager',
    'active',
    seat,
  ],
  ['patricia.leon', 'Patricia', 'León Barrios', 'Coordinadora de compras', 'license-manager', 'active'],
  ['ramon.zuniga', 'Ramón', 'Zúñiga Ferrer', 'Contador', 'finance', 'active'],
  ['ines.valdivia', 'Inés', 'Valdivia Rojas', 'Auditora interna', 'auditor', 'active'],
  ['andres.munoz', 'Andrés Felipe', 'Muñoz Ortega', 'Ingeniero de estructuras', engineer, 'active', seat],
  ['lucia.ferrer', 'Lucía', 'Ferrer Peña', 'Ingeniera de estructuras', engineer, 'active', seat],
  ['camila.duarte', 'Camila', 'Duarte Rivas', 'Ingeniera de puentes', engineer, 'active', seat],
  ['inigo.arrieta', 'Íñigo', 'Arrieta Lasa', 'Ingeniero de cimentaciones', engineer, 'active', seat],
  ['maria.jose.nanez', 'María José', 'Ñáñez Delgado', 'Ingeniera de estructuras', engineer, 'active', seat],
  [
    'joao.goncalves',
    'João Pedro',
    'Gonçalves Araújo',
    'Engenheiro de estruturas',
    engineer,
    'active',
    { ...pt, ...seat },
  ],
  ['beatriz.nogueira', 'Beatriz', 'Nogueira Lima', 'Engenheira de fundações', engineer, 'active', pt],
  ['thiago.souza', 'Thiago', 'Souza Carvalho', 'Desenhista', engineer, 'active', pt],
  ['ximena.alcantara', 'Ximena', 'Alcántara Vega', 'Coordinadora BIM', engineer, 'active', seat],
  ['gustavo.penaloza', 'Gustavo', 'Peñaloza Cruz', 'Ingeniero sísmico', engineer, 'active', seat],
  ['rocio.mamani', 'Rocío', 'Mamani Quispe', 'Ingeniera residente', engineer, 'active'],
  ['sebastian.echeverri', 'Sebastián', 'Echeverri Mejía', 'Ingeniero de estructuras', engineer, 'active'],
  ['valentina.bustos', 'Valentina', 'Bustos Carrera', 'Ingeniera de estructuras', engineer, 'active'],
  ['hernan.ugarte', 'Hernán', 'Ugarte Linares', 'Calculista', engineer, 'active'],
  ['nuria.castells', 'Núria', 'Castells Pons', 'Ingeniera de caminos', engineer, 'active'],
  ['pablo.iturbide', 'Pablo', 'Iturbide Solís', 'Dibujante', engineer, 'active'],
  ['carla.benavides', 'Carla', 'Benavides Tapia', 'Ingeniera geotécnica', engineer, 'active'],
  ['emilio.d.angelo', 'Emilio', 'D’Angelo Paz', 'Ingeniero de estructuras', engineer, 'active'],
  ['renata.oliveira', 'Renata', 'Oliveira Prado', 'Engenheira civil', engineer, 'active', pt],
  ['tomas.agudelo', 'Tomás', 'Agudelo Henao', 'Practicante', engineer, 'active'],
  ['julia.montenegro', 'Julia', 'Montenegro Díaz', 'Ingeniera de puentes', engineer, 'active'],
  ['calculo', 'Sala', 'de cálculo', 'Buzón de varios ingenieros', engineer, 'active', { shared: true }],
  ['diego.arancibia', 'Diego', 'Arancibia Toro', 'Ingeniero de estructuras', engineer, 'invited'],
  ['alba.cifuentes', 'Alba', 'Cifuentes Mora', 'Dibujante', engineer, 'invited'],
  ['nicolas.bermudez', 'Nicolás', 'Bermúdez Silva', 'Ingeniero residente', engineer, 'expired'],
  ['larissa.teixeira', 'Larissa', 'Teixeira Rocha', 'Engenheira de estruturas', engineer, 'expired', pt],
  ['fabian.cordero', 'Fabián', 'Cordero Luna', 'Ingeniero (proyecto terminado)', engineer, 'suspended'],
  ['gloria.pinzon', 'Gloria', 'Pinzón Arce', 'Administradora de licencias', 'license-manager', 'suspended'],
  ['recepcion', 'Recepción', 'Bogotá', 'Avisos de renovación', 'notifications-only', 'no-access'],
  ['tesoreria', 'Tesorería', 'Central', 'Avisos de facturación', 'notifications-only', 'no-access'],
  ['alvaro.quintero', 'Álvaro', 'Quintero Ruiz', 'Socio', 'notifications-only', 'no-access'],
  ['wilson.tapias', 'Wilson', 'Tapias Ochoa', 'Jefe de obra', 'notifications-only', 'no-access'],
  ['noemi.sarmiento', 'Noemí', 'Sarmiento Vélez', 'Asistente de gerencia', 'notifications-only', 'no-access'],
]);

/** The company that Camila Duarte also works for (C10). */
export const puentesPeople = people([
  ['rodrigo.ibanez', 'Rodrigo', 'Ibáñez Soto', 'Director', 'administrator', 'active', { owner: true }],
  ['amparo.lozano', 'Amparo', 'Lozano Vidal', 'Ingeniera de puentes', engineer, 'active'],
  ['marcos.ribeiro', 'Marcos', 'Ribeiro Campos', 'Engenheiro de pontes', engineer, 'active', pt],
]);
