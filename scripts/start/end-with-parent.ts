/**
 * Loaded before a program that another one starts (`node --import`): when the starter lets go of the channel, or dies, the program is asked
 * to end as a signal would ask it. On Windows, where a signal from outside kills, this is the only orderly way.
 */
process.once('disconnect', () => {
  if (!process.emit('SIGTERM')) process.exit(143);
});
// Waiting for the starter is no reason to stay alive.
process.channel?.unref();

export {};
