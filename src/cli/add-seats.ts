import type { Command } from 'commander';
import type { borrowDays } from '../contract/documents.ts';
import { type CommandBuilder, wholeNumber } from './command-builder.ts';

const mostDays = 30 satisfies typeof borrowDays.most;

export function addSeats(program: Command, { t, isAsked, describe, add, product }: CommandBuilder): void {
  if (!isAsked('seats')) return;
  const seats = describe(program.command('seats'), 'commands.seats');
  const load = () => import('./commands/seats.ts');
  const both = (command: Command) => product(command).argument('<person>', t('arguments.person'));
  add(seats, 'list', 'commands.seatsList', async () => (await load()).listSeats);
  add(
    seats,
    'lending',
    'commands.seatsLending',
    async () => (await load()).lendSeats,
    (command) =>
      product(command).argument('<days>', t('arguments.days', { most: mostDays }), wholeNumber(0, mostDays)),
  );
  add(seats, 'assign', 'commands.seatsAssign', async () => (await load()).assignSeat, both);
  add(seats, 'withdraw', 'commands.seatsWithdraw', async () => (await load()).withdrawSeat, both);
}
