// SPDX-License-Identifier: Apache-2.0
// Adds to pages that work without it: tables sort, filter and page without a
// reload; what is shown is asked for again every ten seconds; all rows can be
// selected at once. The server does the sorting and the filtering: this file
// only fetches the page it would have gone to and takes the new part out of it.
"use strict";

(() => {
	const EVERY = 10000;      // ms between two looks
	const TYPING = 300;       // ms of rest before a filter is asked
	const main = document.querySelector("main");
	if (!main) {
		return;
	}

	// ---- fetching the same page again -----------------------------------------

	let asked = 0;            // the latest question: older answers are thrown away

	async function fetchPage(url) {
		const mine = ++asked;
		const answer = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin", cache: "no-store" });
		const text = await answer.text();
		if (mine !== asked) {
			return null;
		}
		if (answer.redirected || answer.status === 401) {
			throw new Error("You are logged out: load the page again.");
		}
		const page = new DOMParser().parseFromString(text, "text/html");
		if (!answer.ok) {
			const why = page.querySelector("p.problem")?.textContent;
			throw new Error(why || `The server answered ${answer.status}: load the page again.`);
		}
		return page;
	}

	// One line above the page while it cannot be brought up to date.
	let shownSince = new Date();
	function complain(why) {
		let line = document.querySelector("p.banner.live");
		if (!why) {
			shownSince = new Date();
			line?.remove();
			return;
		}
		if (!line) {
			line = document.createElement("p");
			line.className = "banner critical live";
			main.before(line);
		}
		const strong = document.createElement("strong");
		strong.textContent = "Not up to date:";
		line.replaceChildren(strong, ` ${why} What you see is from ${shownSince.toLocaleTimeString()}.`);
	}

	const reason = (error) => (error instanceof TypeError ? "The server cannot be reached." : error.message);

	// ---- putting the new in the place of the old ----------------------------------

	const boxes = (root) => root.querySelectorAll("td.select input[type=checkbox]");

	function keepChecked(from, to) {
		const checked = new Set([...boxes(from)].filter((b) => b.checked).map((b) => b.value));
		for (const box of boxes(to)) {
			box.checked = checked.has(box.value);
		}
	}

	// The rows of a table and what depends on them; its filter stays, somebody may be typing.
	function swapTable(old, fresh) {
		keepChecked(old, fresh);
		const filter = old.querySelector("form.filter");
		const freshFilter = fresh.querySelector("form.filter");
		if (filter && freshFilter) {
			const typed = filter.querySelector("input[type=search]");
			const at = [typed.selectionStart, typed.selectionEnd, typed === document.activeElement];
			freshFilter.replaceWith(filter);
			old.replaceWith(fresh);
			if (at[2]) {
				typed.focus();
				typed.setSelectionRange(at[0], at[1]);
			}
		} else {
			old.replaceWith(fresh);
		}
		decorate(fresh);
	}

	function swapAround(page) {
		for (const selector of ["p.as-of", "p.refresh"]) {
			const old = document.querySelector(selector);
			const fresh = page.querySelector(selector);
			if (old && fresh) {
				old.replaceWith(fresh);
			}
		}
		for (const old of document.querySelectorAll("body > .banner:not(.live)")) {
			old.remove();
		}
		for (const fresh of page.querySelectorAll("body > .banner")) {
			main.before(fresh);
		}
	}

	function swapMain(page) {
		const fresh = page.querySelector("main");
		if (!fresh) {
			return;
		}
		const focused = document.activeElement;
		const scrolled = new Map([...main.querySelectorAll("div.table[id] table")].map((t) => [t.closest("div").id, t]));
		for (const div of fresh.querySelectorAll("div.table[id]")) {
			const old = document.getElementById(div.id);
			if (old) {
				keepChecked(old, div);
			}
		}
		const places = [...scrolled].map(([id, t]) => [id, t.scrollLeft, t.scrollTop]);
		const href = focused?.closest("main") ? focused.getAttribute("href") : null;
		main.replaceChildren(...fresh.childNodes);
		for (const [id, left, top] of places) {
			document.getElementById(id)?.querySelector("table")?.scrollTo(left, top);
		}
		if (href) {
			main.querySelector(`a[href="${CSS.escape(href)}"]`)?.focus({ preventScroll: true });
		}
		main.querySelectorAll("div.table").forEach(decorate);
	}

	// ---- live ----------------------------------------------------------------------

	// A page that asks for a decision stays as it was read (the boxes of a table are kept); one in which somebody types, too.
	function mayRefresh() {
		if (document.hidden || main.querySelector("form[method=post]:not(.act), form.choose")) {
			return false;
		}
		const typing = document.activeElement?.closest("main input:not([type=checkbox]), main textarea, main select");
		return !typing && ![...main.querySelectorAll("input[type=search]")].some((i) => i.value !== i.defaultValue);
	}

	async function refresh() {
		if (!mayRefresh()) {
			return;
		}
		try {
			const page = await fetchPage(location.href);
			if (page && mayRefresh()) {
				swapAround(page);
				swapMain(page);
				complain(null);
			}
		} catch (error) {
			complain(reason(error));
		}
	}

	if (main.querySelector("div.table")) {
		setInterval(refresh, EVERY);
		document.addEventListener("visibilitychange", () => document.hidden || refresh());
	}

	// ---- sorting, filtering, paging without a reload ------------------------------------

	async function go(table, url) {
		try {
			const page = await fetchPage(url);
			const fresh = page?.getElementById(table.id);
			if (!page) {
				return;
			}
			if (!fresh) {
				location.assign(url);
				return;
			}
			history.replaceState(null, "", url);
			swapAround(page);
			swapTable(document.getElementById(table.id), fresh);
			complain(null);
		} catch (error) {
			complain(reason(error));
		}
	}

	main.addEventListener("click", (event) => {
		const link = event.target.closest("div.table thead th a, div.table .pages a");
		if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
			event.preventDefault();
			go(link.closest("div.table"), link.href);
		}
	});

	const addressOf = (form) => {
		const fields = [...new FormData(form)].filter(([, value]) => value !== "");
		return `${form.getAttribute("action")}?${new URLSearchParams(fields)}`;
	};

	main.addEventListener("submit", (event) => {
		const form = event.target.closest("div.table form.filter");
		if (form) {
			event.preventDefault();
			go(form.closest("div.table"), addressOf(form));
		}
	});

	let rest = 0;
	main.addEventListener("input", (event) => {
		const form = event.target.closest("div.table form.filter");
		if (form) {
			clearTimeout(rest);
			rest = setTimeout(() => go(form.closest("div.table"), addressOf(form)), TYPING);
		}
	});

	document.addEventListener("keydown", (event) => {
		const box = main.querySelector("form.filter input[type=search]");
		if (event.key === "/" && box && !event.target.closest("input, textarea, select")) {
			event.preventDefault();
			box.focus();
			box.select();
		}
	});

	// ---- selecting all rows that are shown --------------------------------------------------

	function count(table) {
		const all = [...boxes(table)];
		const checked = all.filter((b) => b.checked).length;
		const head = table.querySelector("th.select input");
		if (head) {
			head.checked = checked > 0 && checked === all.length;
			head.indeterminate = checked > 0 && checked < all.length;
		}
		for (const button of table.querySelectorAll("p.actions button")) {
			button.disabled = checked === 0;
		}
	}

	function decorate(table) {
		const th = table.querySelector("th.select");
		if (!th || boxes(table).length === 0) {
			return;
		}
		const box = document.createElement("input");
		box.type = "checkbox";
		box.setAttribute("aria-label", "Select all rows shown");
		th.replaceChildren(box);
		count(table);
	}

	main.addEventListener("change", (event) => {
		const table = event.target.closest("div.table");
		if (!table || event.target.type !== "checkbox") {
			return;
		}
		if (event.target.closest("th")) {
			for (const box of boxes(table)) {
				box.checked = event.target.checked;
			}
		}
		count(table);
	});

	main.querySelectorAll("div.table").forEach(decorate);
})();
