import type { Download } from '../../contract/client/state.ts';
import type { Release } from '../../contract/portal/release.ts';
import type { platforms } from '../../contract/primitives.ts';
import { type Context, type Result, UsageError } from '../context.ts';
import { bytes, table } from '../format.ts';
import { type Client, withClient } from '../open-client.ts';
import { refusal } from '../refusal.ts';

export async function listPrograms(
  context: Context,
  _args: string[],
  options: { readonly platform?: (typeof platforms)[number] },
): Promise<Result> {
  const { t, language } = context;
  return withClient(context, async (client) => {
    const { releases, buyUrl } = await client.programs.list();
    const { platform: own } = (await client.state.get()).client;
    const platform = options.platform ?? own;
    const shown = releases.filter((release) => release.platform === platform);
    const rows = shown.map(({ productName, version, platform: system, size, id }) => [
      productName,
      version,
      system,
      bytes(size, language),
      id,
    ]);
    const head = (['product', 'version', 'system', 'size', 'id'] as const).map((key) => t(`tables.${key}`));
    return {
      json: { releases: shown, buyUrl },
      text: rows.length === 0 ? t('tables.none') : table(head, rows),
    };
  });
}

/** Downloads one release to its end: checksum and signature were right when this returns. */
export async function downloadProgram(context: Context, [name = '']: string[]): Promise<Result> {
  return withClient(context, async (client) => {
    const release = await findRelease(client, name);
    const abort = new AbortController();
    const signal = AbortSignal.any([context.signal, abort.signal]);
    const report = progress(context, release.size);
    try {
      await client.programs.download({ releaseId: release.id });
      for await (const { downloads } of await client.state.watch(undefined, { signal })) {
        const download = downloads.find(({ releaseId }) => releaseId === release.id);
        if (download === undefined) continue;
        report(download);
        if (download.state === 'failed' && download.problem !== null) throw refusal(download.problem);
        if (download.state !== 'ready') continue;
        const file = download.path ?? '';
        return {
          json: { releaseId: release.id, file, size: release.size, sha256: release.sha256 },
          text: context.t('done.download', { name: `${release.productName} ${release.version}`, file }),
        };
      }
      throw new DOMException('cancelled', 'AbortError');
    } finally {
      if (context.signal.aborted)
        await client.programs.pause({ releaseId: release.id }).catch(() => undefined);
      abort.abort();
    }
  });
}

/** By its id, or the newest of a product for this machine. */
async function findRelease(client: Client, name: string): Promise<Release> {
  const { releases } = await client.programs.list();
  const { platform } = (await client.state.get()).client;
  const found =
    releases.find((release) => release.id === name) ??
    releases
      .filter((release) => release.product === name && release.platform === platform)
      .sort((a, b) => b.publishedAt.localeCompare(a.publishedAt))[0];
  if (found === undefined) throw new UsageError('usage.noRelease', { name });
  return found;
}

/** Whole percents on standard error: rewritten in place on a terminal, one in ten elsewhere. */
function progress(context: Context, size: number): (download: Download) => void {
  const { stderr, t, language, options } = context;
  let last = -1;
  return ({ received }) => {
    const percent = size === 0 ? 100 : Math.floor((received / size) * 100);
    const step = stderr.isTTY === true ? 1 : 10;
    if (percent === last || (percent % step !== 0 && percent !== 100)) return;
    last = percent;
    if (options.json === true) stderr.write(`${JSON.stringify({ percent, received, size })}\n`);
    else {
      const text = t('progress.download', { percent, size: bytes(size, language) });
      stderr.write(stderr.isTTY === true ? `\r${text}${percent === 100 ? '\n' : ''}` : `${text}\n`);
    }
  };
}
