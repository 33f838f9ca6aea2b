import type { Download } from '../../../src/contract/client/state.ts';
import { AldabaError } from '../../../src/contract/errors.ts';
import type { Release } from '../../../src/contract/portal/release.ts';
import type { FakeImplementer, FakeInside } from './fake-core.ts';
import { at, id } from './states.ts';

/** Releases and downloads. A download moves when a test or a scenario moves it. */
export function programsProcedures(os: FakeImplementer['programs'], { store, releases }: FakeInside) {
  const change = (releaseId: string, next: Partial<Download>) =>
    store.update({
      downloads: store
        .get()
        .downloads.map((download) =>
          download.releaseId === releaseId ? { ...download, ...next } : download,
        ),
    });
  return {
    list: os.list.handler(() => ({
      releases: [...releases],
      buyUrl: 'https://aldaba.example/productos',
    })),
    download: os.download.handler(({ input }) => {
      const release = releases.find((one) => one.id === input.releaseId);
      if (release === undefined) throw new AldabaError('not-found');
      const others = store.get().downloads.filter((download) => download.releaseId !== release.id);
      const download: Download = {
        releaseId: release.id,
        fileName: release.fileName,
        state: 'downloading',
        received: 0,
        size: release.size,
        rate: 0,
        path: null,
        problem: null,
      };
      store.update({ downloads: [...others, download] });
    }),
    pause: os.pause.handler(({ input }) => change(input.releaseId, { state: 'paused', rate: 0 })),
    resume: os.resume.handler(({ input }) => change(input.releaseId, { state: 'downloading' })),
    cancel: os.cancel.handler(({ input }) =>
      store.update({
        downloads: store.get().downloads.filter(({ releaseId }) => releaseId !== input.releaseId),
      }),
    ),
    open: os.open.handler(() => {}),
    showInFolder: os.showInFolder.handler(() => {}),
  };
}

function release(
  number: number,
  product: string,
  productName: string,
  version: string,
  platform: Release['platform'],
  megabytes: number,
  days: number,
  change: Partial<Release> = {},
): Release {
  const ending = { windows: 'exe', macos: 'dmg', linux: 'deb' }[platform];
  return {
    id: id('release', number),
    product,
    productName,
    version,
    platform,
    channel: 'stable',
    publishedAt: at(-days, 'd'),
    fileName: `${product}-${version}.${ending}`,
    size: megabytes * 1_000_000,
    sha256: number.toString(16).padStart(64, '0'),
    signature: 'c2lnbmF0dXJl',
    chain: ['a.b.c'],
    notes: '',
    ...change,
  };
}

/** What Estructuras Cóndor may download. */
export const releases: readonly Release[] = [
  release(1, 'viga', 'Viga', '2026.1', 'windows', 261, 18, {
    notes: 'Vigas mixtas con conectores parciales.\nEl informe en PDF incluye el índice de comprobaciones.',
  }),
  release(2, 'viga', 'Viga', '2025.3', 'windows', 254, 160),
  release(3, 'viga', 'Viga', '2026.1', 'linux', 238, 18),
  release(4, 'portico', 'Pórtico', '2026.2', 'windows', 412, 3, {
    channel: 'preview',
    notes: 'Primera versión con pandeo lateral.',
  }),
  release(5, 'portico', 'Pórtico', '2026.1', 'windows', 405, 44),
  release(6, 'portico', 'Pórtico', '2026.1', 'macos', 398, 44),
  release(7, 'zapata', 'Zapata', '2026.1', 'windows', 187, 71),
];
