// What the pages need beyond links and forms. Everything is declared in HTML; docs/interface.md lists the attributes.
import "./js/head.js";
import { start as rows } from "./js/rows.js";
import { start as selection } from "./js/selection.js";
import { start as keys } from "./js/keys.js";
import { start as forms } from "./js/forms.js";
import { start as files } from "./js/files.js";
import { start as confirm } from "./js/confirm.js";
import { start as small } from "./js/small.js";
import { start as pulse } from "./js/pulse.js";
import { start as refused } from "./js/refused.js";
import { start as search } from "./js/search.js";
import { start as exports } from "./js/exports.js";

for (const start of [keys, rows, selection, confirm, forms, files, small, pulse, refused, search, exports]) start();
