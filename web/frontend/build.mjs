// Builds what a browser loads into web/static/dist: one stylesheet, our script with htmx in it, the trimmed ECharts,
// fonts and images, each with a compressed copy beside it. Needs node_modules (npm ci) and no network.
import { build } from "esbuild";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "static", "dist");
const COMPRESSED = /\.(css|js|svg)$/;
const COMPRESS_ABOVE_BYTES = 512;
const PICTURE_FONTS = {
  "barlow-semi-condensed": ["400Regular/BarlowSemiCondensed_400Regular.ttf", "600SemiBold/BarlowSemiCondensed_600SemiBold.ttf"],
  "noto-sans": ["600SemiBold/NotoSans_600SemiBold.ttf"],
  "noto-sans-arabic": ["600SemiBold/NotoSansArabic_600SemiBold.ttf"],
  "noto-sans-hebrew": ["600SemiBold/NotoSansHebrew_600SemiBold.ttf"],
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: {
    site: "styles/site.css",
    theme: "scripts/theme.js",
    app: "scripts/app.js",
    charts: "scripts/charts.js",
    overlay: "scripts/overlay.js",
    "overlay-page": "styles/overlay.css",
  },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome110", "firefox115", "safari16"],
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  loader: { ".woff2": "file" },
  assetNames: "fonts/[name]",
  // The charts are fetched by pages that have one: ./charts.js stays an import of its own.
  external: ["./charts.js", "*.svg"],
  logLevel: "warning",
});
// The widget is a classic script on pages of others: it has to know which script element it is.
await build({
  absWorkingDir: here,
  entryPoints: { embed: "scripts/embed.js" },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2020"],
  legalComments: "none",
  logLevel: "warning",
});
// What the server draws the pictures of players with: never sent to a browser, so whole fonts and not only Latin.
mkdirSync(join(dist, "pictures"));
for (const [name, files] of Object.entries(PICTURE_FONTS)) {
  for (const file of files) {
    cpSync(join(here, "node_modules", "@expo-google-fonts", name, file), join(dist, "pictures", basename(file)));
  }
}
cpSync(join(here, "images"), join(dist, "images"), { recursive: true });

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || !COMPRESSED.test(file)) continue;
  const bytes = readFileSync(file);
  if (bytes.length <= COMPRESS_ABOVE_BYTES) continue;
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}
writeFileSync(join(dist, ".built"), "");
