-- Averages of returns on the web by reason. The order names all columns.
SELECT substring(r_reason_desc FROM 1 FOR 20), avg(ws_quantity), avg(wr_refunded_cash), avg(wr_fee)
FROM web_sales, web_returns, web_page, customer_demographics cd1, customer_demographics cd2,
     customer_address, date_dim, reason
WHERE ws_web_page_sk = wp_web_page_sk
  AND ws_item_sk = wr_item_sk
  AND ws_order_number = wr_order_number
  AND ws_sold_date_sk = d_date_sk
  AND d_year = 2000
  AND cd1.cd_demo_sk = wr_refunded_cdemo_sk
  AND cd2.cd_demo_sk = wr_returning_cdemo_sk
  AND ca_address_sk = wr_refunded_addr_sk
  AND r_reason_sk = wr_reason_sk
  AND ((cd1.cd_marital_status = 'M' AND cd1.cd_marital_status = cd2.cd_marital_status
        AND cd1.cd_education_status = cd2.cd_education_status
        AND ws_sales_price BETWEEN 0.00 AND 150.00)
    OR (cd1.cd_marital_status = 'S' AND cd1.cd_marital_status = cd2.cd_marital_status
        AND cd1.cd_education_status = cd2.cd_education_status
        AND ws_sales_price BETWEEN 0.00 AND 100.00)
    OR (cd1.cd_marital_status = 'W' AND cd1.cd_marital_status = cd2.cd_marital_status
        AND cd1.cd_education_status = cd2.cd_education_status
        AND ws_sales_price BETWEEN 0.00 AND 200.00))
  AND ((ca_country = 'United States' AND ca_state IN ('IN', 'OH', 'NJ', 'TX')
        AND ws_net_profit BETWEEN -10000 AND 20000)
    OR (ca_country = 'United States' AND ca_state IN ('WI', 'CT', 'KY', 'GA', 'VA')
        AND ws_net_profit BETWEEN -10000 AND 30000)
    OR (ca_country = 'United States' AND ca_state IN ('LA', 'IA', 'AR', 'MO', 'TN', 'IL')
        AND ws_net_profit BETWEEN -10000 AND 25000))
GROUP BY r_reason_desc
ORDER BY 1, 2, 3, 4
LIMIT 100
