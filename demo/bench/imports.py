"""Import of one sheet of 50,000 rows. Floor: calamine, COPY into an unlogged staging table, one upsert."""

import io
import time
from datetime import date
from typing import Any

import xlsxwriter
from psycopg2.extensions import connection
from python_calamine import CalamineWorkbook

from cases import workflow
from cases.models import SheetImport
from corps.audit.origin import audit_origin
from corps.database.copy import copied
from corps.deadlines.clock import now, shanghai_date
from corps.workflow import store_file
from demo.bench.environment import Environment, owner_line
from demo.bench.measuring import Measured, by_turns
from demo.generator import brand_of, listing_url, title_of

ROWS = 50_000
STORE_OF = 12  # listings to a store
HEADINGS = (
    "序号", "平台", "店铺名", "店铺地址", "商品网址", "商品标题", "品牌", "售价", "建议零售价", "发现时间",
    "侵权类型", "处理要求", "备注",
)  # fmt: skip
FIRST = 500_000_000_000
STAGING = """
DROP TABLE IF EXISTS bench_staging, bench_listing;
CREATE UNLOGGED TABLE bench_staging (
    position text, platform text, store text, store_address text, address text, title text, brand text, price text,
    list_price text, found text, violation text, request text, remark text);
CREATE TABLE bench_listing (LIKE listings_listing INCLUDING ALL)"""
UPSERT = """
INSERT INTO bench_listing AS known (platform_id, canonical_id, site, url, title, brand)
SELECT DISTINCT ON (address) 1, address, platform, address, title, brand FROM bench_staging ORDER BY address
ON CONFLICT (platform_id, canonical_id) DO UPDATE SET title = excluded.title, brand = excluded.brand
WHERE (known.title, known.brand) IS DISTINCT FROM (excluded.title, excluded.brand)"""


def sheet(first: int, rows: int = ROWS) -> bytes:
    """An XLSX sheet as firms hand them in: a title above its headings, then a listing and its store on each row."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet("违规清单")
    page.write_string(0, 0, "月度网络巡查违规链接清单")
    page.write_row(1, 0, HEADINGS)
    for row in range(rows):
        number = first + row
        page.write_row(row + 2, 0, _cells(row, number))
    book.close()
    return buffer.getvalue()


def _cells(row: int, number: int) -> tuple[Any, ...]:
    store = 100_000_000 + number // STORE_OF % 100_000_000
    price = 20 + number % 300
    return (
        row + 1,
        "淘宝网",
        f"顺达{store % 9973}号工厂店",
        f"https://shop{store}.taobao.com/?spm=a21n57.1.0.0",
        listing_url("taobao", number) + "&spm=a21n57.1.0.0",
        title_of(number),
        brand_of(number),
        price + 0.5,
        price * 3,
        "2026-03-07",
        "盗用宣传图片",
        "下架链接",
        "使用公司宣传图片",
    )


def measure(environment: Environment) -> list[Measured]:
    """New rows each round, for both the same sheet."""
    sheets = [sheet(FIRST + 1_000_000 * number) for number in range(6)]
    with owner_line() as line:
        line.cursor().execute(STAGING)
        lines = [
            by_turns(
                "import of 50,000 rows, registered as they are read",
                3.0,
                floor=lambda number: _floor(line, sheets[number]),
                app=lambda number: _app(
                    environment, sheets[number], needs_review=False
                ),
            ),
            by_turns(
                "the same with a person's look between reading and registering",
                None,
                floor=lambda number: _floor(line, sheets[3 + number]),
                app=lambda number: _app(
                    environment, sheets[3 + number], needs_review=True
                ),
            ),
        ]
        line.cursor().execute("DROP TABLE bench_staging, bench_listing")
    return lines


def _floor(line: connection, content: bytes) -> float:
    with line.cursor() as cursor:
        cursor.execute("TRUNCATE bench_staging")
        began = time.perf_counter()
        rows = (
            CalamineWorkbook.from_filelike(io.BytesIO(content))
            .get_sheet_by_index(0)
            .to_python()[2:]
        )
        text = "".join(
            ["\t".join([copied(str(cell)) for cell in row]) + "\n" for row in rows]
        )
        cursor.copy_expert(
            "COPY bench_staging FROM STDIN", io.StringIO(text), size=1 << 20
        )
        cursor.execute("ANALYZE bench_staging")
        cursor.execute(UPSERT)
        return time.perf_counter() - began


def _app(environment: Environment, content: bytes, *, needs_review: bool) -> float:
    """What the tasks do with an uploaded sheet, and between them the verb of whoever has looked at it."""
    _complaint, sheet_import = workflow.submit_complaint(
        actor=environment.cast["officer"],
        firm=environment.firm,
        subject="基准清单",
        received_on=min(shanghai_date(now()), date(2026, 12, 31)),
        sheet=store_file(content, "application/octet-stream"),
        sheet_name="清单.xlsx",
        needs_review=needs_review,
    )
    assert sheet_import is not None
    with audit_origin(channel="task"):
        began = time.perf_counter()
        workflow.read_sheet(sheet_import.pk)
        if needs_review:
            sheet_import.refresh_from_db()
            workflow.register_import(
                sheet_import=sheet_import, actor=environment.cast["officer"]
            )
        workflow.continue_registering(sheet_import.pk)
        took = time.perf_counter() - began
    sheet_import.refresh_from_db()
    if (sheet_import.state, sheet_import.done) != (SheetImport.State.DONE, ROWS):
        raise RuntimeError(
            f"the import ended as {sheet_import.state}: {sheet_import.done} rows, {sheet_import.detail}"
        )
    return took
