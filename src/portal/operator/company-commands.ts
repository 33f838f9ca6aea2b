import { Option } from 'commander';
import { z } from 'zod';
import { emailSchema, type Language, languages } from '../../contract/primitives.ts';
import type { CommandBuilder, Common } from './command-builder.ts';
import { addCompany, listCompanies } from './companies.ts';
import { by, name } from './option-values.ts';

/** `company add`, `company list`. */
export function addCompanyCommands({ group, command }: CommandBuilder): void {
  const company = group('company', 'Companies that buy.');
  command(
    company,
    'add <name>',
    'Makes a company and mails its first administrator a link. Again, it changes nothing; an invitation that ended is mailed anew.',
    async (
      operator,
      options: Common & {
        admin: string;
        firstName: string;
        lastName: string;
        language: Language;
        linkHours: number;
      },
      given: string,
    ) => {
      const { admin: email, firstName, lastName, language, linkHours } = options;
      const admin = { email, firstName, lastName, language };
      const made = await addCompany(operator, { name: name(given), admin, linkHours });
      const mailed = made.invited ? ` ${email} is mailed a link as soon as a node runs.` : '';
      return { json: made, text: `${made.id} ${made.created ? 'made.' : 'is there already.'}${mailed}` };
    },
  )
    .requiredOption('--admin <email>', 'the first administrator, who owns the company', by(emailSchema))
    .requiredOption('--first-name <name>', 'their first name', name)
    .requiredOption('--last-name <name>', 'their last name', name)
    .addOption(new Option('--language <language>', 'of their mails').choices(languages).default('es'))
    .option(
      '--link-hours <hours>',
      'how long the company’s invitations are good',
      by(z.coerce.number().int().min(1).max(720)),
      72,
    );
  command(company, 'list', 'Every company with its id and owner.', async (operator) => {
    const companies = await listCompanies(operator);
    return {
      json: { companies },
      text: companies.map(({ id, name, owner }) => `${id}  ${name}  ${owner ?? '-'}`).join('\n'),
    };
  });
}
