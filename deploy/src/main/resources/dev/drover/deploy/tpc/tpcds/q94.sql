-- Orders on the web shipped from several warehouses and not returned.
SELECT count(DISTINCT ws_order_number) AS "order count",
       sum(ws_ext_ship_cost) AS "total shipping cost",
       sum(ws_net_profit) AS "total net profit"
FROM web_sales ws1, date_dim, customer_address, web_site
WHERE d_date BETWEEN date '1999-02-01' AND date '1999-02-01' + interval '60 day'
  AND ws1.ws_ship_date_sk = d_date_sk
  AND ws1.ws_ship_addr_sk = ca_address_sk
  AND ca_state IN ('IL', 'TX', 'GA', 'VA', 'KY')
  AND ws1.ws_web_site_sk = web_site_sk
  AND EXISTS (
      SELECT * FROM web_sales ws2
      WHERE ws1.ws_order_number = ws2.ws_order_number
        AND ws1.ws_item_sk <> ws2.ws_item_sk)
  AND NOT EXISTS (
      SELECT * FROM web_returns wr1
      WHERE ws1.ws_order_number = wr1.wr_order_number)
ORDER BY count(DISTINCT ws_order_number)
LIMIT 100
